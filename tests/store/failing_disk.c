/* Lets calls of this process fail as a disk does, and writes down what reached it.

   The file that FAILING_DISK names says which fail: "fsync 5" (EIO), "write 28" (ENOSPC), "write 30" (EROFS); where there is no
   such file, nothing fails. Into the file that DISK_TRACE names goes one record for each call on a file whose name has "ledger.db"
   in it: what (W written, T cut to a length, S synced, F not synced), length of the name, place, length of the data, name, data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
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

static void noted(char what, int file, const void *data, int64_t size, int64_t place) {
  const char *trace = getenv("DISK_TRACE");
  char link[64], name[4096];
  if (!trace) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int64_t length = readlink(link, name, sizeof name);
  if (length <= 0 || !memmem(name, length, "ledger.db", 9) || memmem(name, length, ".lock", 5)) return;
  if (memmem(name, length, "-shm", 4)) return; /* shared memory, made anew by whoever opens first */
  int64_t numbers[4] = {what, length, place, size};
  struct iovec parts[3] = {{numbers, sizeof numbers}, {name, length}, {(void *)data, data ? size : 0}};
  int opened = open(trace, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (opened < 0 || writev(opened, parts, 3) < 0) abort();
  close(opened);
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

static int synced(int file, const char *name) {
  int error = fails("fsync");
  int result = error ? -1 : REAL(int (*)(int), name)(file);
  noted(result ? 'F' : 'S', file, NULL, 0, 0);
  if (error) errno = error;
  return result;
}

static ssize_t written(int file, const void *data, size_t size, off_t place, const char *name) {
  int error = fails("write");
  if (error) { errno = error; return -1; }
  ssize_t result = REAL(ssize_t (*)(int, const void *, size_t, off_t), name)(file, data, size, place);
  if (result > 0) noted('W', file, data, result, place);
  return result;
}

static int cut(int file, off_t size, const char *name) {
  int result = REAL(int (*)(int, off_t), name)(file, size);
  if (!result) noted('T', file, NULL, 0, size);
  return result;
}

int fsync(int file) { return synced(file, "fsync"); }
int fdatasync(int file) { return synced(file, "fdatasync"); }
int ftruncate(int file, off_t size) { return cut(file, size, "ftruncate"); }
int ftruncate64(int file, off_t size) { return cut(file, size, "ftruncate64"); }
ssize_t pwrite(int file, const void *data, size_t size, off_t place) { return written(file, data, size, place, "pwrite"); }
ssize_t pwrite64(int file, const void *data, size_t size, off_t place) { return written(file, data, size, place, "pwrite64"); }
