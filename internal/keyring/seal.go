package keyring

import (
	"context"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/google/uuid"

	"parley/domain"
)

// A blob is: format byte 1, key version (4 bytes, big endian), nonce (12
// bytes), ciphertext and tag.
const (
	headerSize = 1 + 4
	minBlob    = headerSize + 12 + 16
)

// Seal encrypts the personal part of an event under the subject's key, which
// is made if it does not exist. The blob opens only for the same app, event
// and subject.
func (r *Ring) Seal(ctx context.Context, app domain.AppID, s domain.Subject, event uuid.UUID, plain []byte) ([]byte, error) {
	slot, err := subjectSlot(app, s)
	if err != nil {
		return nil, err
	}
	k, err := r.need(ctx, slot)
	if err != nil {
		return nil, fmt.Errorf("key to seal for %s: %w", s, err)
	}
	aead, err := k.event(event)
	if err != nil {
		return nil, err
	}
	blob := make([]byte, 0, minBlob+len(plain))
	blob = append(blob, format)
	blob = binary.BigEndian.AppendUint32(blob, uint32(s.Version))
	return aead.Seal(blob, nil, plain, blobData(app, s, event)), nil
}

// Open decrypts a blob. The key version is the one written in the blob;
// s.Version is ignored. It returns domain.ErrErased if that key does not
// exist, and ErrBlob if the blob was not sealed like this.
func (r *Ring) Open(ctx context.Context, app domain.AppID, s domain.Subject, event uuid.UUID, blob []byte) ([]byte, error) {
	slot, err := blobSlot(app, s, blob)
	if err != nil {
		return nil, err
	}
	k, ok, err := r.existing(ctx, slot)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, domain.ErrErased
	}
	return k.open(app, s, event, blob)
}

// OpenMany opens a page of blobs with at most one query for all keys that are
// not in memory. What concerns one blob stands in its Err, as from Open; the
// returned error is a fault of the query, and then no item is filled.
func (r *Ring) OpenMany(ctx context.Context, items []domain.Sealed) error {
	keys := make(map[slot]found, 8)
	var missing []slot
	slots := make([]slot, len(items))
	for i, it := range items {
		s, err := blobSlot(it.App, it.Subject, it.Blob)
		if err != nil {
			continue // reported below, together with the others
		}
		slots[i] = s
		if _, ok := keys[s]; ok {
			continue
		}
		k, ok := r.cache.get(s)
		keys[s] = found{key: k}
		if !ok {
			keys[s] = found{err: domain.ErrErased}
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		got, err := r.read(ctx, missing)
		if err != nil {
			return err
		}
		for s, f := range got {
			keys[s] = f
		}
	}
	for i := range items {
		it := &items[i]
		f, ok := keys[slots[i]]
		switch {
		case !ok:
			it.Err = ErrBlob
		case f.err != nil:
			it.Err = f.err
		default:
			it.Plain, it.Err = f.key.open(it.App, it.Subject, it.Event, it.Blob)
		}
	}
	return nil
}

// blobSlot reads from a blob which key opens it.
func blobSlot(app domain.AppID, s domain.Subject, blob []byte) (slot, error) {
	if len(blob) < minBlob || blob[0] != format {
		return slot{}, ErrBlob
	}
	version := binary.BigEndian.Uint32(blob[1:headerSize])
	if version == 0 || version > math.MaxInt32 {
		return slot{}, ErrBlob
	}
	s.Version = int(version)
	return subjectSlot(app, s)
}

// blobData is the associated data of a blob.
func blobData(app domain.AppID, s domain.Subject, event uuid.UUID) []byte {
	b := make([]byte, 0, 128)
	return domain.AppendTuple(append(b, format), []byte(app), event[:], []byte(s.String()))
}

// event is the cipher of one event under a subject's key.
func (k *key) event(event uuid.UUID) (cipher.AEAD, error) {
	raw, err := k.derive("event" + string(event[:]))
	if err != nil {
		return nil, fmt.Errorf("derive event key: %w", err)
	}
	return newAEAD(raw)
}

func (k *key) open(app domain.AppID, s domain.Subject, event uuid.UUID, blob []byte) ([]byte, error) {
	aead, err := k.event(event)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, blob[headerSize:], blobData(app, s, event))
	if err != nil {
		return nil, ErrBlob
	}
	return plain, nil
}
