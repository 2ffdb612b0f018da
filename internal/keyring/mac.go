package keyring

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"parley/domain"
)

// Purposes of MAC. Each has its own key, so sums of different purposes cannot
// be compared.
const (
	PurposeDigest = "digest" // recognises equal content of edits
	PurposeOnce   = "once"   // recognises a repeated request
)

// MAC is the HMAC-SHA256 of content under a key derived from the subject's for
// one of the purposes. The subject's key is made if it does not exist. After
// the subject's erasure nobody can compute the sum again.
func (r *Ring) MAC(ctx context.Context, app domain.AppID, s domain.Subject, purpose string, content []byte) ([]byte, error) {
	if purpose != PurposeDigest && purpose != PurposeOnce {
		return nil, fmt.Errorf("keyring: %q is no purpose of a MAC", purpose)
	}
	slot, err := subjectSlot(app, s)
	if err != nil {
		return nil, err
	}
	k, err := r.need(ctx, slot)
	if err != nil {
		return nil, fmt.Errorf("key of %s for %s: %w", s, purpose, err)
	}
	var derived []byte
	if purpose == PurposeDigest {
		derived, err = k.digest()
	} else {
		derived, err = k.derive(purpose)
	}
	if err != nil {
		return nil, fmt.Errorf("derive %s key: %w", purpose, err)
	}
	return sum(derived, content), nil
}

// NaturalID is the id that an app's natural key has, 63 bits of the
// HMAC-SHA256 of its parts under the app's id key, which is made if it does
// not exist. A caller that finds the id taken by other parts calls again with
// salt 1, 2 and so on. The result may be 0, which is no id: callers treat it
// as taken.
func (r *Ring) NaturalID(ctx context.Context, app domain.AppID, salt int, parts ...string) (int64, error) {
	if !app.Valid() || salt < 0 {
		return 0, fmt.Errorf("keyring: natural id of app %q with salt %d", app, salt)
	}
	k, err := r.need(ctx, slot{app: string(app), kind: kindID, version: 1})
	if err != nil {
		return 0, fmt.Errorf("id key of app %s: %w", app, err)
	}
	var b []byte
	for _, p := range parts {
		b = domain.AppendTuple(b, []byte(p))
	}
	if salt > 0 {
		b = domain.AppendTuple(b, binary.BigEndian.AppendUint64(nil, uint64(salt)))
	}
	return int64(binary.BigEndian.Uint64(sum(k.raw, b)) & math.MaxInt64), nil
}

func sum(key, content []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(content)
	return h.Sum(nil)
}
