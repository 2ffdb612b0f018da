package domain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

type capability = map[string][]string

func TestOnlyTheExplicitOperationAdministers(t *testing.T) {
	for name, tt := range map[string]struct {
		capability capability
		want       bool
	}{
		"none":                    {nil, false},
		"everything":              {all, false},
		"everything everywhere":   {capability{"[*]*": {"*"}}, false},
		"admin of all":            {capability{"*": {"admin"}}, true},
		"admin beside everything": {capability{"*": {"*", "admin"}}, true},
		"admin of some resource":  {capability{"a": {"subscribe"}, "b": {"publish", "admin"}}, true},
		"a resource of that name": {capability{"admin": {"*"}}, false},
		"a longer name":           {capability{"*": {"channel-admin", "admins", "Admin"}}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, domain.Administers(tt.capability)) })
	}
}

func TestACapabilityIsWithinAnother(t *testing.T) {
	for name, tt := range map[string]struct {
		capability, of capability
		want           bool
	}{
		"itself":                           {all, all, true},
		"nothing":                          {nil, nil, true},
		"of nothing":                       {all, nil, false},
		"some operation of all":            {capability{"a": {"publish"}}, all, true},
		"all operations of some":           {all, capability{"*": {"publish"}}, false},
		"other resource":                   {capability{"a": {"publish"}}, capability{"b": {"*"}}, false},
		"other operation":                  {capability{"a": {"publish", "history"}}, capability{"a": {"publish"}}, false},
		"two rows together":                {capability{"a": {"publish", "history"}}, capability{"a": {"publish"}, "*": {"history"}}, true},
		"all resources of one":             {all, capability{"a": {"*"}}, false},
		"one of a namespace":               {capability{"a:b": {"*"}}, capability{"a:*": {"*"}}, true},
		"a namespace of a namespace":       {capability{"a:b:*": {"*"}}, capability{"a:*": {"*"}}, true},
		"a namespace of a smaller one":     {capability{"a:*": {"*"}}, capability{"a:b:*": {"*"}}, false},
		"a like-named namespace":           {capability{"ab:c": {"*"}}, capability{"a:*": {"*"}}, false},
		"the namespace's own name":         {capability{"a": {"*"}}, capability{"a:*": {"*"}}, false},
		"a namespace without a name":       {capability{"b:c": {"*"}}, capability{":*": {"*"}}, false},
		"what is no channel":               {capability{"[meta]log": {"*"}}, all, false},
		"what is no channel, of all there": {capability{"[meta]log": {"*"}}, capability{"[*]*": {"*"}}, true},
		"admin of everything":              {capability{"*": {"admin"}}, all, false},
		"admin of admin":                   {capability{"a": {"admin"}}, capability{"*": {"admin"}}, true},
		"everything of admin":              {all, capability{"*": {"admin"}}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, domain.CapabilityWithin(tt.capability, tt.of)) })
	}
}

func TestCapabilitiesAreChecked(t *testing.T) {
	many := func(n int) capability {
		c := capability{}
		for i := range n {
			c[fmt.Sprint("room-", i)] = []string{"publish"}
		}
		return c
	}
	for name, c := range map[string]capability{
		"everything": all, "admin": {"*": {"*", "admin"}}, "names": {"rooms:é *": {"message-update-own"}}, "100 resources": many(100),
		"a long name": {strings.Repeat("x", 256): {"*"}},
	} {
		require.NoError(t, domain.CheckCapability(c), name)
	}
	for name, c := range map[string]capability{
		"none": nil, "empty": {}, "no operation": {"*": {}}, "no resource": {"": {"*"}}, "101 resources": many(101),
		"a longer name": {strings.Repeat("x", 257): {"*"}}, "a control character": {"a\nb": {"*"}}, "not UTF-8": {"\xff": {"*"}},
		"an empty operation": {"*": {""}}, "a shouted operation": {"*": {"ADMIN"}}, "a pattern of operations": {"*": {"pub*"}},
		"a long operation": {"*": {strings.Repeat("x", 33)}}, "51 operations": {"*": strings.Fields(strings.Repeat("publish ", 51))},
	} {
		require.Error(t, domain.CheckCapability(c), name)
	}
}
