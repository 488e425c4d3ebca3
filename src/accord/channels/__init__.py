"""One file is one channel: `request` makes what is sent, `verdict` reads what came back. Neither knows a network or a clock."""
