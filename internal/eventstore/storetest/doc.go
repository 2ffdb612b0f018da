// Package storetest is the contract of the event log: cases that every adapter
// passes, by name. A fault found in one adapter becomes a case for all.
package storetest
