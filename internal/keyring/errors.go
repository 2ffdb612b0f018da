package keyring

import (
	"errors"
	"fmt"

	"parley/domain"
)

// Reasons for which a root key file is refused; RootKeyError wraps them.
var (
	ErrRootKeyMissing   = errors.New("does not exist, but the database has keys wrapped by it")
	ErrRootKeyExposed   = errors.New("can be accessed by other accounts")
	ErrRootKeyMalformed = errors.New("is malformed")
	ErrRootKeyLacks     = errors.New("lacks a generation that the database uses")
	ErrRootKeyDiffers   = errors.New("holds another key than the one that the database uses")
)

var (
	// ErrBlob says that a blob is malformed, was changed, or was sealed for
	// another app, event or subject.
	ErrBlob = errors.New("blob does not open: it was changed or belongs elsewhere")

	// ErrRow says that a row of the keyring was changed or belongs elsewhere.
	ErrRow = errors.New("keyring row does not open: it was changed or belongs elsewhere")

	// ErrNoSecret says that the ring holds no such API secret.
	ErrNoSecret = errors.New("no such API secret")

	// ErrSecretExists says that another secret is stored under that version.
	ErrSecretExists = domain.ErrSecretExists

	// ErrClosed says that the ring was closed.
	ErrClosed = errors.New("keyring is closed")
)

// RootKeyError says why a root key file cannot be used and what to do. Nothing
// was written when it is returned.
type RootKeyError struct {
	File   string
	Reason error // one of the ErrRootKey values
	Detail string
	Remedy string
}

func (e *RootKeyError) Error() string {
	detail := ""
	if e.Detail != "" {
		detail = " (" + e.Detail + ")"
	}
	return fmt.Sprintf("root key file %s %v%s: %s", e.File, e.Reason, detail, e.Remedy)
}

// Unwrap returns the reason.
func (e *RootKeyError) Unwrap() error { return e.Reason }
