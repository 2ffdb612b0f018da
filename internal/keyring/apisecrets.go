package keyring

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"parley/domain"
)

// PutSecret stores the secret of an API key. Storing the same secret again is
// no error; another one under the same version is ErrSecretExists.
func (r *Ring) PutSecret(ctx context.Context, app domain.AppID, key string, version int, secret string) error {
	s, err := apiSlot(app, key, version)
	if err != nil {
		return err
	}
	if secret == "" {
		return errors.New("keyring: API secret is empty")
	}
	got, err := r.insertAndRead(ctx, []slot{s}, [][]byte{[]byte(secret)})
	if err != nil {
		return err
	}
	if err := got[s].err; err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got[s].key.raw, []byte(secret)) == 0 {
		return fmt.Errorf("%s: %w", s, ErrSecretExists)
	}
	return nil
}

// Secret is the secret of an API key, or ErrNoSecret.
func (r *Ring) Secret(ctx context.Context, app domain.AppID, key string, version int) (string, error) {
	s, err := apiSlot(app, key, version)
	if err != nil {
		return "", err
	}
	k, ok, err := r.existing(ctx, s)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fmt.Errorf("%s: %w", s, ErrNoSecret)
	}
	return string(k.raw), nil
}

func apiSlot(app domain.AppID, key string, version int) (slot, error) {
	name := domain.KeyName(string(app) + "." + key)
	if a, _, ok := name.Split(); !ok || a != app || version < 1 || version > math.MaxInt32 {
		return slot{}, fmt.Errorf("keyring: %q version %d is no API key", name, version)
	}
	return slot{string(app), kindAPI, key, version}, nil
}

// Fingerprint tells secrets apart in events and logs. It is 24 bits of a
// SHA-256, which is enough to see whether two places hold the same secret.
// It is short on purpose: a fingerprint is in the log for ever, and a longer
// one would let anybody who reads it confirm a guess of a weak secret, while
// this one fits every sixteen-millionth wrong guess as well. It is no
// credential check.
func Fingerprint(secret string) string {
	h := sha256.Sum256(domain.AppendTuple(nil, []byte("parley secret fingerprint"), []byte(secret)))
	return hex.EncodeToString(h[:3])
}
