package keyring

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyReadBeforeAForgetIsNotKept(t *testing.T) {
	c, err := newCache(1000)
	require.NoError(t, err)
	ann := slot{"shop", "user", "ann", 1}
	slow := c.mark()
	c.forget("shop", "user", "ann")
	c.keep(slow, ann, &key{})
	_, ok := c.get(ann)
	require.False(t, ok)

	c.keep(c.mark(), ann, &key{})
	_, ok = c.get(ann)
	require.True(t, ok)
}

func TestForgetDropsAllVersionsOfOneSubject(t *testing.T) {
	c, err := newCache(1000)
	require.NoError(t, err)
	gone := []slot{{"shop", "user", "ann", 1}, {"shop", "user", "ann", 2}}
	kept := []slot{{"shop", "user", "bob", 1}, {"shop", "channel", "ann", 1}, {"game", "user", "ann", 1}}
	for _, s := range append(gone, kept...) {
		c.keep(c.mark(), s, &key{})
	}
	c.forget("shop", "user", "ann")
	for _, s := range gone {
		_, ok := c.get(s)
		require.False(t, ok, s)
	}
	for _, s := range kept {
		_, ok := c.get(s)
		require.True(t, ok, s)
	}
}
