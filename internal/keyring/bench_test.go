package keyring_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/keyring"
)

var text = bytes.Repeat([]byte("x"), 300)

func BenchmarkSeal(b *testing.B) {
	r, _ := newRing(b)
	require.NoError(b, r.Ensure(b.Context(), app, user("ann")))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Seal(b.Context(), app, user("ann"), event, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	r, _ := newRing(b)
	blob, err := r.Seal(b.Context(), app, user("ann"), event, text)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Open(b.Context(), app, user("ann"), event, blob); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenPage(b *testing.B) {
	r, _ := newRing(b)
	blob, err := r.Seal(b.Context(), app, user("ann"), event, text)
	require.NoError(b, err)
	page := make([]domain.Sealed, 50)
	for i := range page {
		page[i] = domain.Sealed{App: app, Subject: user("ann"), Event: event, Blob: blob}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.OpenMany(b.Context(), page); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	r, _ := newRing(b)
	require.NoError(b, r.Ensure(b.Context(), app, user("ann")))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.MAC(b.Context(), app, user("ann"), keyring.PurposeDigest, text); err != nil {
			b.Fatal(err)
		}
	}
}
