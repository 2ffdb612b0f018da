package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"

	"parley/commands"
	"parley/domain"
)

// KeyFinder finds what a key may do and its valid secrets; none for an unknown
// or revoked one.
type KeyFinder interface {
	Key(ctx context.Context, app domain.AppID, key string) (commands.Key, error)
}

// nobody's secret is compared with where there is no key, so that names tell
// nothing by the time they take.
var nobody = rand.Text() + rand.Text()

// VerifyKey checks a key's secret and is who acts with it. Secrets are compared
// in constant time.
func VerifyKey(ctx context.Context, keys KeyFinder, name domain.KeyName, secret string) (domain.Actor, error) {
	var k commands.Key
	app, id, named := name.Split()
	if named {
		var err error
		if k, err = keys.Key(ctx, app, id); err != nil {
			return domain.Actor{}, err
		}
	}
	secrets := k.Secrets
	if len(secrets) == 0 {
		secrets = []string{nobody}
	}
	given, same := sha256.Sum256([]byte(secret)), 0
	for _, s := range secrets {
		want := sha256.Sum256([]byte(s))
		same |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	if same == 0 || len(k.Secrets) == 0 {
		return domain.Actor{}, domain.ErrInvalidToken.Because("not a valid key with its secret")
	}
	return domain.Actor{App: app, Kind: domain.ActorKey, ID: id, Capability: k.Capability}, nil
}
