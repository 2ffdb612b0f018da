package domain_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

// Section 9 of the contract, as far as there are commands and routes for it.
var contract = map[string]struct {
	err  *domain.Error
	kind domain.Kind
}{
	"INVALID_REQUEST":          {domain.ErrInvalidRequest, domain.Invalid},
	"INVALID_LIMIT":            {domain.ErrInvalidLimit, domain.Invalid},
	"INVALID_CURSOR":           {domain.ErrInvalidCursor, domain.Invalid},
	"CHAT_CANNOT_DM_SELF":      {domain.ErrCannotDMSelf, domain.Invalid},
	"CHAT_CANNOT_MODIFY_DM":    {domain.ErrCannotModifyDM, domain.Invalid},
	"CHAT_CANNOT_REMOVE_OWNER": {domain.ErrCannotRemoveOwner, domain.Invalid},
	"CHAT_EMPTY_MESSAGE":       {domain.ErrEmptyMessage, domain.Invalid},
	"CHAT_INVALID_ROLE":        {domain.ErrInvalidRole, domain.Invalid},
	"CHAT_INVALID_NAME":        {domain.ErrInvalidName, domain.Invalid},
	"CHAT_INVALID_EMOTE":       {domain.ErrInvalidEmote, domain.Invalid},
	"CHAT_MESSAGE_TOO_LONG":    {domain.ErrMessageTooLong, domain.Invalid},
	"CHAT_TOO_MANY_REACTIONS":  {domain.ErrTooManyReactions, domain.Invalid},
	"CHAT_DM_BLOCKED_USER":     {domain.ErrDMBlocked, domain.Forbidden},
	"CHAT_NOT_ADMIN":           {domain.ErrNotAdmin, domain.Forbidden},
	"CHAT_NOT_OWNER":           {domain.ErrNotOwner, domain.Forbidden},
	"CHAT_NOT_MEMBER":          {domain.ErrNotMember, domain.Forbidden},
	"CHAT_NOT_MESSAGE_AUTHOR":  {domain.ErrNotAuthor, domain.Forbidden},
	"CHAT_MESSAGE_NOT_FOUND":   {domain.ErrMessageNotFound, domain.NotFound},
	"CHAT_CHANNEL_NOT_FOUND":   {domain.ErrChannelNotFound, domain.NotFound},
	"CHAT_MEMBER_NOT_FOUND":    {domain.ErrMemberNotFound, domain.NotFound},
	"CHAT_REACTION_NOT_FOUND":  {domain.ErrReactionNotFound, domain.NotFound},
	"NOT_FOUND":                {domain.ErrNotFound, domain.NotFound},
	"CHAT_REACTION_EXISTS":     {domain.ErrReactionExists, domain.Conflict},
	"CHAT_ALREADY_MEMBER":      {domain.ErrAlreadyMember, domain.Conflict},
	"IDEMPOTENCY_KEY_REUSED":   {domain.ErrIdempotencyReused, domain.Mismatch},
	"AUTH_MISSING_TOKEN":       {domain.ErrMissingToken, domain.Unauthenticated},
	"AUTH_INVALID_TOKEN":       {domain.ErrInvalidToken, domain.Unauthenticated},
	"AUTH_TOKEN_EXPIRED":       {domain.ErrTokenExpired, domain.Unauthenticated},
	"METHOD_NOT_ALLOWED":       {domain.ErrMethodNotAllowed, domain.BadMethod},
	"BODY_TOO_LARGE":           {domain.ErrBodyTooLarge, domain.TooLarge},
	"INTERNAL":                 {domain.ErrInternal, domain.Internal},
	"UNAVAILABLE":              {domain.ErrUnavailable, domain.Unavailable},
}

func TestCatalogueHoldsTheCodesOfTheContract(t *testing.T) {
	for code, want := range contract {
		require.Equal(t, code, want.err.Code)
		require.Equal(t, want.kind, want.err.Kind, code)
		require.Contains(t, domain.Errors, want.err, code)
	}
}

func TestEveryRefusalIsCompleteAndUnique(t *testing.T) {
	kinds := []domain.Kind{
		domain.Invalid, domain.Unauthenticated, domain.Forbidden, domain.NotFound, domain.BadMethod, domain.Conflict,
		domain.Mismatch, domain.TooLarge, domain.TooMany, domain.BadMedia, domain.Unavailable, domain.Internal, domain.BadRange, domain.BadCondition,
	}
	type key struct {
		code string
		kind domain.Kind
	}
	seen := map[key]bool{}
	form := regexp.MustCompile(`^[A-Z]+(_[A-Z]+)*$`)
	for _, e := range domain.Errors {
		require.Contains(t, kinds, e.Kind, e.Code)
		require.Regexp(t, form, e.Code)
		require.NotEmpty(t, e.Message, e.Code)
		require.Equal(t, e.Message, e.Error())
		require.False(t, seen[key{e.Code, e.Kind}], "%s twice", e.Code)
		seen[key{e.Code, e.Kind}] = true
	}
}

func TestBecauseIsTheSameRefusal(t *testing.T) {
	for _, e := range domain.Errors {
		refined := e.Because("try %d", 7)
		twice := refined.Because("try 8")
		for _, err := range []error{refined, twice, fmt.Errorf("decide: %w", twice)} {
			require.ErrorIs(t, err, e)
			for _, other := range domain.Errors {
				require.Equal(t, e == other, errors.Is(err, other), "%s and %s", e.Code, other.Code)
			}
			var as *domain.Error
			require.ErrorAs(t, err, &as)
			require.Equal(t, e.Code, as.Code)
			require.Equal(t, e.Kind, as.Kind)
		}
		require.Equal(t, "try 7", refined.Error())
		require.Equal(t, "try 8", twice.Error())
		require.NotErrorIs(t, e, refined, "the general is not the particular")
		require.NotErrorIs(t, refined, twice)
	}
}
