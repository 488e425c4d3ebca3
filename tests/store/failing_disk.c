/* Lets calls of this process fail as a disk does. The file that FAILING_DISK names says which: "fsync 5" (EIO), "write 28"
   (ENOSPC), "write 30" (EROFS); where there is no such file, nothing fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(const char *call) {
  char word[16] = "";
  int error = 0;
  const char *name = getenv("FAILING_DISK");
  FILE *file = name ? fopen(name, "r") : NULL;
  if (!file) return 0;
  int read = fscanf(file, "%15s %d", word, &error);
  fclose(file);
  return read == 2 && !strcmp(word, call) ? error : 0;
}

#define REFUSE(call) { int error = fails(call); if (error) { errno = error; return -1; } }

int fsync(int file) {
  REFUSE("fsync");
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  REFUSE("fsync");
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}

ssize_t pwrite64(int file, const void *data, size_t size, off_t place) {
  REFUSE("write");
  return ((ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64"))(file, data, size, place);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t place) {
  REFUSE("write");
  return ((ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite"))(file, data, size, place);
}
