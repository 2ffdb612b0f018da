// Package nodes lets the processes that serve one database know of each other,
// and share work: each is a node with a row that it renews, and what one does
// for all it does under a lease.
//
// Times are those of the database. A node that cannot renew in time takes its
// leases for lost a while before the others may take them. A lease saves work;
// what is done under it needs a fence of its own, for a process may be stopped
// between looking at its lease and acting on it.
package nodes
