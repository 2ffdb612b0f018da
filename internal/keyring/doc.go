// Package keyring keeps the keys under which personal data is sealed.
//
// Every user and channel of an app has a key of 32 random bytes. An event's
// personal part is sealed under a key derived from the subject's key and the
// event's id; erasing a person means deleting the key, after which every blob
// sealed under it, in every copy of the log, is noise. The ring also holds the
// key from which an app's natural channel ids are computed, and the secrets of
// its API keys.
//
// Keys live in the table keyring, each wrapped by one generation of the root
// key. The root key is a file outside the database and outside the log: a
// backup of the log or the database alone opens nothing, and a backup without
// the file is worthless. All nodes of an installation have the same file.
//
// A key is committed, durably, before the first event that uses it, and it is
// never used before it was read back, so that nodes racing to make the same
// key agree on the winner.
package keyring
