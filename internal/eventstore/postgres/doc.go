// Package postgres is the event log in PostgreSQL: one group-committing, fenced
// writer per process and readers that page by position.
//
// A writer gives positions itself, in a statement that moves the one row of
// es_head and inserts the events, on condition that the head is where the
// writer believes it to be. So positions have no gaps, they become visible in
// order, and any number of processes may append: the one that finds the head
// elsewhere has written nothing, reads what the others wrote and decides again.
package postgres
