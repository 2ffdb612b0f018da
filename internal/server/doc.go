// Package server puts the parts of parley together over one database: log,
// keyring, commands, projections, queries and faces. It is the only place
// where concrete types meet.
package server
