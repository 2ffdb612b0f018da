// Package crashtest kills a running parley again and again and then looks for
// what was lost, doubled or reordered.
//
// The test builds the binary, starts parley serve with its embedded PostgreSQL
// and lets 16 clients send with idempotency keys while others read the rooms
// page by page. At random moments it sends SIGKILL to the server, to
// PostgreSQL, or to both. Everything that clients were told is recorded and
// judged by histcheck; at the end the log itself is compared with what the
// clients saw, its indexes are verified, and the read models are compared with
// a fresh replay.
//
// Another test runs three nodes on one PostgreSQL, with clients that go to any of
// them and others that keep a socket to one, and kills one after the other.
//
// A third follows and sends with the client of clients/go across kills.
//
// Variables choose another run:
//
//	PARLEY_KILL_ROUNDS=500,100,20  kills of the server, of PostgreSQL, of both
//	PARLEY_NODES_ROUNDS=200        kills of one of three nodes
//	PARLEY_KILL_SEED=7             the seed that an earlier run has printed
//	PARLEY_KILL_PACE=0             mean pause of a client between two messages
//
// A long run needs go test -timeout; -artifacts keeps the logs of the server
// and of PostgreSQL.
package crashtest
