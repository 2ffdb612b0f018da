package keyring

import (
	"bytes"
	"cmp"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"parley/domain"
)

// Kinds of keys besides those of subjects.
const (
	kindID  = "id"  // the app's key for natural ids, subject empty
	kindAPI = "api" // the secret of an API key, subject the key's id
)

// slot names one row of the keyring.
type slot struct {
	app     string
	kind    string
	subject string
	version int
}

// subjectSlot checks what the database would refuse, so that one bad subject
// cannot fail the statement that it shares with others.
func subjectSlot(app domain.AppID, s domain.Subject) (slot, error) {
	kind := s.Kind == domain.SubjectUser || s.Kind == domain.SubjectChannel
	if !kind || s.ID == "" || strings.ContainsRune(s.ID, 0) || !utf8.ValidString(s.ID) {
		return slot{}, fmt.Errorf("keyring: %q is no subject", s)
	}
	if s.Version < 1 || s.Version > math.MaxInt32 {
		return slot{}, fmt.Errorf("keyring: %d is no key version of %q", s.Version, s)
	}
	if !app.Valid() {
		return slot{}, fmt.Errorf("keyring: %q is no app", app)
	}
	return slot{string(app), string(s.Kind), s.ID, s.Version}, nil
}

// compare orders slots. Statements that insert several rows follow it, or two
// nodes could wait for each other.
func (s slot) compare(t slot) int {
	return cmp.Or(cmp.Compare(s.app, t.app), cmp.Compare(s.kind, t.kind),
		cmp.Compare(s.subject, t.subject), cmp.Compare(s.version, t.version))
}

func (s slot) String() string {
	return fmt.Sprintf("%s key %q version %d of app %s", s.kind, s.subject, s.version, s.app)
}

// key is an unwrapped key: its bytes and the HKDF pseudorandom key from which
// the keys of events and purposes expand.
type key struct {
	raw    []byte
	prk    []byte
	digest func() ([]byte, error) // the key of PurposeDigest, derived once
}

func newKey(raw []byte) (*key, error) {
	prk, err := hkdf.Extract(sha256.New, raw, nil)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	k := &key{raw: raw, prk: prk}
	k.digest = sync.OnceValues(func() ([]byte, error) { return k.derive(PurposeDigest) })
	return k, nil
}

func (k *key) derive(info string) ([]byte, error) {
	return hkdf.Expand(sha256.New, k.prk, info, 32)
}

// format is the first byte of wrapped keys and sealed blobs and of their
// associated data.
const format = 1

// associated binds a wrapped key to its row.
func (s slot) associated() []byte {
	version := binary.BigEndian.AppendUint32(nil, uint32(s.version))
	return domain.AppendTuple([]byte{format}, []byte(s.app), []byte(s.kind), []byte(s.subject), version)
}

// wrap encrypts a key for its row: format byte, nonce, ciphertext and tag.
func wrap(root cipher.AEAD, s slot, raw []byte) []byte {
	return root.Seal([]byte{format}, nil, raw, s.associated())
}

func unwrap(root cipher.AEAD, s slot, wrapped []byte) (*key, error) {
	if !bytes.HasPrefix(wrapped, []byte{format}) {
		return nil, ErrRow
	}
	raw, err := root.Open(nil, nil, wrapped[1:], s.associated())
	if err != nil {
		return nil, ErrRow
	}
	return newKey(raw)
}
