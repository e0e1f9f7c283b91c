"""The shared kernel: plain Python that client and server run alike. No Qt, SQL, HTTP, disk or clock."""
