// Package queries reads the tables of the projections and changes nothing:
// the SQL stands beside the struct that it fills. Views carry no wire form.
package queries
