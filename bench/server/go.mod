module bareserver

go 1.21
