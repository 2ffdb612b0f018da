// Package projections keeps the tables that queries read in step with the
// log. A projection is what must be seen at one position: a name, tables and
// a function from events to rows that reads no clock, so that a rebuild gives
// the same bytes. Runtime owns everything else: order, batches, transactions,
// checkpoints, retries.
package projections
