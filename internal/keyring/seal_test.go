package keyring_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
	"parley/internal/keyring"
)

func TestWhatIsSealedOpens(t *testing.T) {
	r, _ := newRing(t)
	subjects := rapid.Custom(func(t *rapid.T) domain.Subject {
		return domain.Subject{
			Kind:    rapid.SampledFrom([]domain.SubjectKind{domain.SubjectUser, domain.SubjectChannel}).Draw(t, "kind"),
			ID:      rapid.SampledFrom([]string{"ann", "bob", "ünï", "a:b", "42"}).Draw(t, "id"),
			Version: rapid.IntRange(1, 3).Draw(t, "version"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		app := domain.AppID(rapid.SampledFrom([]string{"shop", "game"}).Draw(t, "app"))
		s := subjects.Draw(t, "subject")
		event := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "event"))
		plain := rapid.SliceOfN(rapid.Byte(), 0, 500).Draw(t, "plain")

		blob, err := r.Seal(context.Background(), app, s, event, plain)
		require.NoError(t, err)
		s.Version = 0 // the blob knows it
		got, err := r.Open(context.Background(), app, s, event, blob)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got))
	})
}

func TestBlobOpensNowhereElse(t *testing.T) {
	r, _ := newRing(t)
	ann, bob := user("ann"), user("bob")
	channel := domain.Subject{Kind: domain.SubjectChannel, ID: "ann", Version: 1}
	second := domain.Subject{Kind: domain.SubjectUser, ID: "ann", Version: 2}
	require.NoError(t, r.Ensure(t.Context(), app, ann, bob, channel, second))
	require.NoError(t, r.Ensure(t.Context(), "game", ann))
	blob, err := r.Seal(t.Context(), app, ann, event, []byte("secret"))
	require.NoError(t, err)

	tests := map[string]struct {
		app     domain.AppID
		subject domain.Subject
		event   uuid.UUID
		blob    []byte
	}{
		"another app":     {"game", ann, event, blob},
		"another user":    {app, bob, event, blob},
		"another kind":    {app, channel, event, blob},
		"another event":   {app, ann, uuid.Max, blob},
		"another version": {app, ann, event, replace(blob, 4, 2)},
		"version 0":       {app, ann, event, replace(blob, 4, 0)},
		"version too big": {app, ann, event, replace(blob, 1, 0x80)},
		"unknown format":  {app, ann, event, replace(blob, 0, 2)},
		"cut":             {app, ann, event, blob[:len(blob)-1]},
		"only a header":   {app, ann, event, blob[:5]},
		"empty":           {app, ann, event, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := r.Open(t.Context(), tt.app, tt.subject, tt.event, tt.blob)
			require.ErrorIs(t, err, keyring.ErrBlob)
		})
	}
}

func TestChangedBlobDoesNotOpen(t *testing.T) {
	r, _ := newRing(t)
	blob, err := r.Seal(t.Context(), app, user("ann"), event, []byte("secret"))
	require.NoError(t, err)
	for i := range blob {
		_, err := r.Open(t.Context(), app, user("ann"), event, replace(blob, i, blob[i]^1))
		require.Error(t, err, "byte %d", i)
	}
}

func TestSubjectsThatCannotBeAreRefused(t *testing.T) {
	r, pool := newRing(t)
	tests := map[string]struct {
		app     domain.AppID
		subject domain.Subject
	}{
		"no kind":       {app, domain.Subject{ID: "ann", Version: 1}},
		"kind of a key": {app, domain.Subject{Kind: "api", ID: "ann", Version: 1}},
		"no id":         {app, user("")},
		"zero byte":     {app, user("a\x00b")},
		"no text":       {app, user("\xff")},
		"no version":    {app, domain.Subject{Kind: domain.SubjectUser, ID: "ann"}},
		"no app":        {"", user("ann")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := r.Seal(t.Context(), tt.app, tt.subject, event, nil)
			require.Error(t, err)
		})
	}
	require.Zero(t, count(t, pool, `SELECT count(*) FROM keyring`))
}

func TestPageOpensWithOneQuery(t *testing.T) {
	pool, queries := countingPool(t)
	file := rootFile(t)
	writer, reader := open(t, pool, file), open(t, pool, file)
	items := make([]domain.Sealed, 100)
	for i := range items {
		s := user(fmt.Sprintf("user%d", i%20))
		blob, err := writer.Seal(t.Context(), app, s, event, []byte(s.ID))
		require.NoError(t, err)
		items[i] = domain.Sealed{App: app, Subject: s, Event: event, Blob: blob}
	}
	items[7].Blob = replace(items[7].Blob, 30, items[7].Blob[30]^1)
	items[8].Blob = nil
	_, err := pool.Exec(t.Context(), `DELETE FROM keyring WHERE subject = 'user9'`)
	require.NoError(t, err)

	before := queries.Load()
	require.NoError(t, reader.OpenMany(t.Context(), items))
	require.EqualValues(t, 1, queries.Load()-before)
	for i, it := range items {
		switch {
		case i == 7 || i == 8:
			require.ErrorIs(t, it.Err, keyring.ErrBlob)
		case i%20 == 9:
			require.ErrorIs(t, it.Err, domain.ErrErased)
		default:
			require.NoError(t, it.Err)
			require.Equal(t, it.Subject.ID, string(it.Plain))
		}
	}
	known := items[:5]
	require.NoError(t, reader.OpenMany(t.Context(), known))
	require.EqualValues(t, 1, queries.Load()-before, "cached keys need no query")
}

func TestErasedStaysErased(t *testing.T) {
	r, pool := newRing(t)
	ann, bob := user("ann"), user("bob")
	second := domain.Subject{Kind: domain.SubjectUser, ID: "ann", Version: 2}
	blobs := map[domain.Subject][]byte{}
	for _, s := range []domain.Subject{ann, bob, second} {
		blob, err := r.Seal(t.Context(), app, s, event, []byte("hello"))
		require.NoError(t, err)
		blobs[s] = blob
	}
	_, err := pool.Exec(t.Context(), `DELETE FROM keyring WHERE kind = 'user' AND subject = 'ann'`)
	require.NoError(t, err)
	r.Forget(app, ann)

	for _, s := range []domain.Subject{ann, second} {
		_, err := r.Open(t.Context(), app, s, event, blobs[s])
		require.ErrorIs(t, err, domain.ErrErased)
	}
	_, err = r.Open(t.Context(), app, bob, event, blobs[bob])
	require.NoError(t, err)
	require.Equal(t, 1, count(t, pool, `SELECT count(*) FROM keyring`), "opening makes no key")
}

func TestRowMarkedErasedIsNotMadeAgain(t *testing.T) {
	r, pool := newRing(t)
	blob, err := r.Seal(t.Context(), app, user("ann"), event, []byte("hello"))
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `UPDATE keyring SET wrapped = NULL`)
	require.NoError(t, err)
	r.Forget(app, user("ann"))

	_, err = r.Open(t.Context(), app, user("ann"), event, blob)
	require.ErrorIs(t, err, domain.ErrErased)
	_, err = r.Seal(t.Context(), app, user("ann"), event, nil)
	require.ErrorIs(t, err, domain.ErrErased)
}

func TestKeyMadeElsewhereIsFoundAfterAMiss(t *testing.T) {
	pool, file := database(t), rootFile(t)
	here, there := open(t, pool, file), open(t, pool, file)
	blob, err := there.Seal(t.Context(), app, user("ann"), event, []byte("hello"))
	require.NoError(t, err)

	_, err = pool.Exec(t.Context(), `CREATE TABLE aside AS TABLE keyring; DELETE FROM keyring`)
	require.NoError(t, err)
	_, err = here.Open(t.Context(), app, user("ann"), event, blob)
	require.ErrorIs(t, err, domain.ErrErased)

	_, err = pool.Exec(t.Context(), `INSERT INTO keyring TABLE aside`)
	require.NoError(t, err)
	plain, err := here.Open(t.Context(), app, user("ann"), event, blob)
	require.NoError(t, err)
	require.Equal(t, "hello", string(plain))
}

func TestRowsAreBoundToTheirPlace(t *testing.T) {
	pool, file := database(t), rootFile(t)
	writer := open(t, pool, file)
	require.NoError(t, writer.Ensure(t.Context(), app, user("ann"), user("bob")))
	_, err := pool.Exec(t.Context(), `
		UPDATE keyring SET wrapped = (SELECT wrapped FROM keyring WHERE subject = 'ann') WHERE subject = 'bob'`)
	require.NoError(t, err)
	_, err = open(t, pool, file).Seal(t.Context(), app, user("bob"), event, nil)
	require.ErrorIs(t, err, keyring.ErrRow)
}

// replace returns a copy of b with another byte at i.
func replace(b []byte, i int, with byte) []byte {
	b = bytes.Clone(b)
	b[i] = with
	return b
}
