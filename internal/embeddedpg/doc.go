// Package embeddedpg runs a PostgreSQL server of our own as a child process.
//
// Start finds the server's binaries on the machine, initialises a cluster in
// the data directory when there is none, starts it and answers when it takes
// queries. The server listens on a unix socket only, restarts when it dies and
// goes away with this process, even after SIGKILL. Nothing is downloaded and
// an existing cluster is never erased, upgraded or opened twice.
//
// It supports Linux and macOS.
package embeddedpg
