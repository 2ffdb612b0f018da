// Package overload bounds how many requests are worked on at a time, so that
// what is accepted is answered soon and the rest is told to come again.
package overload
