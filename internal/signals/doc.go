// Package signals carries hints between the nodes of an installation: somebody
// types, a checkpoint moved. They go through Watermill's interfaces: in
// process when there is one node, by batched PostgreSQL NOTIFY when several
// share a database.
//
// Signals may be lost, at a crash, a lost connection or a full queue. Whoever
// uses them must be right without, only later. Nothing that must not be lost
// goes here; that is what the log is for.
package signals
