// Package assets keeps uploaded files beside the log: their bytes, what is
// known of them, their thumbnails, and the signatures of the URLs under which
// they are sent and fetched.
//
// A file is announced, sent and completed. Its id is random: whoever may read a
// message gets a URL for the id that it records, so an id must not be
// guessable. Nothing of this is an event; the fact is the attachment in a
// message.
package assets
