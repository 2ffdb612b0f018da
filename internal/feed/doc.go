// Package feed brings the event log into Watermill: a subscriber whose
// messages are batches of events, delivered one at a time and in order.
package feed
