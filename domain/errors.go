package domain

import "fmt"

// Kind sorts refusals by what they mean, so that a dialect can choose a
// status without knowing each of them.
type Kind string

// The kinds of refusals.
const (
	Invalid         Kind = "invalid"
	Unauthenticated Kind = "unauthenticated"
	Forbidden       Kind = "forbidden"
	NotFound        Kind = "not found"
	BadMethod       Kind = "method not allowed"
	Conflict        Kind = "conflict"
	Mismatch        Kind = "mismatch"
	TooLarge        Kind = "too large"
	TooMany         Kind = "too many requests"
	BadMedia        Kind = "unsupported media type"
	Unavailable     Kind = "unavailable"
	Internal        Kind = "internal"
	BadRange        Kind = "bad range"
	BadCondition    Kind = "failed condition"
)

// Error is a refusal: for the caller, from the catalogue, with a stable code.
// Compare with errors.Is.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	base    *Error
}

func (e *Error) Error() string { return e.Message }

// Is makes every refinement of a refusal equal to it.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && (t == e || t == e.base)
}

// Because is the same refusal with a message that says what to do.
func (e *Error) Because(format string, args ...any) *Error {
	base := e
	if e.base != nil {
		base = e.base
	}
	return &Error{Kind: e.Kind, Code: e.Code, Message: fmt.Sprintf(format, args...), base: base}
}

// Errors is the whole catalogue; every dialect's tests walk it.
var Errors []*Error

func refuse(k Kind, code, message string) *Error {
	e := &Error{Kind: k, Code: code, Message: message}
	Errors = append(Errors, e)
	return e
}

// The catalogue (CH section 9).
var (
	ErrInvalidRequest = refuse(Invalid, "INVALID_REQUEST", "the request is malformed")
	ErrInvalidLimit   = refuse(Invalid, "INVALID_LIMIT", "limit is out of range")
	ErrInvalidCursor  = refuse(Invalid, "INVALID_CURSOR", "before and after take one message id, and exclude each other")

	ErrMissingToken  = refuse(Unauthenticated, "AUTH_MISSING_TOKEN", "send Authorization: Bearer followed by a token")
	ErrInvalidToken  = refuse(Unauthenticated, "AUTH_INVALID_TOKEN", "the token is not valid")
	ErrTokenExpired  = refuse(Unauthenticated, "AUTH_TOKEN_EXPIRED", "the token has expired")
	ErrInvalidTicket = refuse(Unauthenticated, "AUTH_INVALID_TICKET", "the ticket is unknown, used or expired; get another from POST /v1/auth/ws-ticket")

	ErrChannelNotFound   = refuse(NotFound, "CHAT_CHANNEL_NOT_FOUND", "channel not found")
	ErrNotMember         = refuse(Forbidden, "CHAT_NOT_MEMBER", "not a member of this channel")
	ErrNotAdmin          = refuse(Forbidden, "CHAT_NOT_ADMIN", "needs an admin or the owner of the channel")
	ErrNotOwner          = refuse(Forbidden, "CHAT_NOT_OWNER", "needs the owner of the channel")
	ErrCannotModifyDM    = refuse(Invalid, "CHAT_CANNOT_MODIFY_DM", "a direct message channel cannot be changed")
	ErrCannotDMSelf      = refuse(Invalid, "CHAT_CANNOT_DM_SELF", "a direct message needs another user")
	ErrDMBlocked         = refuse(Forbidden, "CHAT_DM_BLOCKED_USER", "one of the two users blocks the other")
	ErrInvalidName       = refuse(Invalid, "CHAT_INVALID_NAME", "a channel name has 1 to 100 characters")
	ErrInvalidRole       = refuse(Invalid, "CHAT_INVALID_ROLE", "role is member or admin")
	ErrMemberNotFound    = refuse(NotFound, "CHAT_MEMBER_NOT_FOUND", "the user is not a member of this channel")
	ErrAlreadyMember     = refuse(Conflict, "CHAT_ALREADY_MEMBER", "the user is a member already")
	ErrCannotRemoveOwner = refuse(Invalid, "CHAT_CANNOT_REMOVE_OWNER", "the owner cannot be removed; hand the channel over first")

	ErrMessageNotFound    = refuse(NotFound, "CHAT_MESSAGE_NOT_FOUND", "message not found")
	ErrEmptyMessage       = refuse(Invalid, "CHAT_EMPTY_MESSAGE", "a message needs a body or an attachment")
	ErrMessageTooLong     = refuse(Invalid, "CHAT_MESSAGE_TOO_LONG", "the message is too long")
	ErrNotAuthor          = refuse(Forbidden, "CHAT_NOT_MESSAGE_AUTHOR", "not the author of this message")
	ErrInvalidAttachment  = refuse(Invalid, "CHAT_INVALID_ATTACHMENT", "an attachment is malformed")
	ErrAttachmentNotFound = refuse(NotFound, "CHAT_ATTACHMENT_NOT_FOUND", "attachment not found")
	ErrInvalidSize        = refuse(Invalid, "INVALID_SIZE", "size is full, or for images 1600, 512, 256 or 128")

	ErrAssetNotFound    = refuse(NotFound, "ASSET_NOT_FOUND", "no such asset")
	ErrBadRange         = refuse(BadRange, "RANGE_NOT_SATISFIABLE", "the asset has no such range")
	ErrBadCondition     = refuse(BadCondition, "PRECONDITION_FAILED", "the asset is not as the request expects it")
	ErrUploadNotFound   = refuse(NotFound, "UPLOAD_NOT_FOUND", "no such upload of yours")
	ErrUploadIncomplete = refuse(Conflict, "UPLOAD_INCOMPLETE", "the bytes have not arrived yet")
	ErrUploadExists     = refuse(Conflict, "UPLOAD_EXISTS", "the bytes are here already")
	ErrInvalidUpload    = refuse(Invalid, "INVALID_UPLOAD", "the bytes are not as announced")
	ErrUploadQuota      = refuse(Forbidden, "UPLOAD_QUOTA_EXCEEDED", "the user keeps as many files as allowed")

	ErrReactionExists       = refuse(Conflict, "CHAT_REACTION_EXISTS", "already reacted with this emote")
	ErrReactionNotFound     = refuse(NotFound, "CHAT_REACTION_NOT_FOUND", "no such reaction of yours")
	ErrTooManyReactions     = refuse(Invalid, "CHAT_TOO_MANY_REACTIONS", "a message takes at most 50 different emotes")
	ErrInvalidEmote         = refuse(Invalid, "CHAT_INVALID_EMOTE", "the emote is malformed")
	ErrIdempotencyReused    = refuse(Mismatch, "IDEMPOTENCY_KEY_REUSED", "the idempotency key was used for another request")
	ErrNotFound             = refuse(NotFound, "NOT_FOUND", "no such path")
	ErrMethodNotAllowed     = refuse(BadMethod, "METHOD_NOT_ALLOWED", "the path does not take this method")
	ErrBodyTooLarge         = refuse(TooLarge, "BODY_TOO_LARGE", "the body is larger than 256 KiB")
	ErrMediaType            = refuse(BadMedia, "UNSUPPORTED_MEDIA_TYPE", "send plain JSON in UTF-8, without Content-Encoding")
	ErrRateLimited          = refuse(TooMany, "RATE_LIMITED", "too many requests; wait as long as Retry-After says")
	ErrTooManySubscriptions = refuse(TooMany, "TOO_MANY_SUBSCRIPTIONS", "a socket has at most 1,000 subscriptions; end others first")
	ErrUnavailable          = refuse(Unavailable, "UNAVAILABLE", "the service cannot do this right now; try again")
	ErrInternal             = refuse(Internal, "INTERNAL", "something went wrong on our side")
	ErrForbidden            = refuse(Forbidden, "FORBIDDEN", "the credential does not allow this")
	ErrAppNotFound          = refuse(NotFound, "APP_NOT_FOUND", "no such app")
	ErrKeyNotFound          = refuse(NotFound, "KEY_NOT_FOUND", "no such key")
	ErrAppExists            = refuse(Conflict, "APP_EXISTS", "the app exists already")
	ErrKeyExists            = refuse(Conflict, "KEY_EXISTS", "the key exists already; rotate it, or choose another id")
	ErrProjectionNotFound   = refuse(NotFound, "PROJECTION_NOT_FOUND", "no such projection")
	ErrProjectionBusy       = refuse(Conflict, "PROJECTION_BUSY", "that is under way already")
	ErrNothingParked        = refuse(Conflict, "NOTHING_PARKED", "nothing of this projection is parked")
	ErrKeyRevoked           = refuse(Conflict, "KEY_REVOKED", "the key is revoked; issue it anew")
)
