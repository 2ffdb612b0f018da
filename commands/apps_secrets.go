package commands

import (
	"context"
	"fmt"

	"parley/domain"
)

// Key is a key that may act: what it may do, and its valid secrets, the
// newest first.
type Key struct {
	Capability map[string][]string
	Secrets    []string
}

// Key finds a key by its name; without secrets if it is unknown or revoked.
func (s *Service) Key(ctx context.Context, app domain.AppID, key string) (Key, error) {
	var k Key
	var versions []int
	now := s.now()
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		a := d.app(app)
		issued, _ := a.Key(key)
		k.Capability, versions = issued.Capability, a.SecretVersions(key, now)
		return nil, nil
	})
	if err != nil {
		return Key{}, err
	}
	for _, v := range versions {
		secret, err := s.keys.Secret(ctx, app, key, v)
		if err != nil {
			return Key{}, fmt.Errorf("secret of key %s.%s: %w", app, key, err)
		}
		k.Secrets = append(k.Secrets, secret)
	}
	return k, nil
}

// SigningKey is a secret that may sign native tokens, and the key it is of.
type SigningKey struct {
	Key    domain.KeyName
	Secret string
}

// SigningKeys lists what may have signed a native token of an app: the valid
// secrets of the key with the given id, or of all its native keys when key is
// empty, the newest secret of a key first. None for an unknown app.
func (s *Service) SigningKeys(ctx context.Context, app domain.AppID, key string) ([]SigningKey, error) {
	type version struct {
		key string
		v   int
	}
	var versions []version
	now := s.now()
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		versions = versions[:0]
		a := d.app(app)
		for _, n := range a.NativeKeys() {
			if key != "" && key != n {
				continue
			}
			for _, v := range a.SecretVersions(n, now) {
				versions = append(versions, version{n, v})
			}
		}
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	keys := make([]SigningKey, 0, len(versions))
	for _, v := range versions {
		secret, err := s.keys.Secret(ctx, app, v.key, v.v)
		if err != nil {
			return nil, fmt.Errorf("secret of key %s.%s: %w", app, v.key, err)
		}
		keys = append(keys, SigningKey{nameOf(app, v.key), secret})
	}
	return keys, nil
}
