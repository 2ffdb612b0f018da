// Package audit reads the log for people: which facts there are about a
// channel or a user, who brought them about and when. Sealed content stays
// sealed unless it is asked for.
package audit
