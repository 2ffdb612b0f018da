package envelope_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"parley/api/envelope"
	"parley/domain"
)

// statuses are those of the contract's section 9; its rule of thumb covers
// the codes of later versions.
var statuses = map[string]int{
	"CHAT_CANNOT_DM_SELF": 400, "CHAT_DM_BLOCKED_USER": 403, "CHAT_NOT_ADMIN": 403, "CHAT_CANNOT_MODIFY_DM": 400,
	"CHAT_EMPTY_MESSAGE": 400, "CHAT_NOT_MEMBER": 403, "CHAT_NOT_MESSAGE_AUTHOR": 403, "CHAT_MESSAGE_NOT_FOUND": 404,
	"CHAT_REACTION_EXISTS": 409, "INVALID_SIZE": 400, "CHAT_CHANNEL_NOT_FOUND": 404, "CHAT_MEMBER_NOT_FOUND": 404,
	"CHAT_REACTION_NOT_FOUND": 404, "CHAT_ATTACHMENT_NOT_FOUND": 404, "CHAT_ALREADY_MEMBER": 409,
	"CHAT_CANNOT_REMOVE_OWNER": 400, "CHAT_NOT_OWNER": 403, "CHAT_INVALID_ROLE": 400, "CHAT_INVALID_NAME": 400,
	"CHAT_INVALID_ATTACHMENT": 400, "CHAT_INVALID_EMOTE": 400, "CHAT_MESSAGE_TOO_LONG": 400,
	"CHAT_TOO_MANY_REACTIONS": 400, "INVALID_REQUEST": 400, "INVALID_LIMIT": 400, "INVALID_CURSOR": 400,
	"IDEMPOTENCY_KEY_REUSED": 422, "AUTH_MISSING_TOKEN": 401, "AUTH_INVALID_TOKEN": 401, "AUTH_TOKEN_EXPIRED": 401,
	"AUTH_INVALID_TICKET": 401, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "BODY_TOO_LARGE": 413,
	"RATE_LIMITED": 429, "TOO_MANY_SUBSCRIPTIONS": 429, "INTERNAL": 500, "UNAVAILABLE": 503,
	// Beside the contract's list:
	"UNSUPPORTED_MEDIA_TYPE": 415, "FORBIDDEN": 403, "APP_NOT_FOUND": 404,
	"KEY_NOT_FOUND": 404, "APP_EXISTS": 409, "KEY_EXISTS": 409, "KEY_REVOKED": 409,
	"PROJECTION_NOT_FOUND": 404, "PROJECTION_BUSY": 409, "NOTHING_PARKED": 409,
	"ASSET_NOT_FOUND": 404, "RANGE_NOT_SATISFIABLE": 416, "PRECONDITION_FAILED": 412, "UPLOAD_NOT_FOUND": 404,
	"UPLOAD_INCOMPLETE": 409, "UPLOAD_EXISTS": 409, "INVALID_UPLOAD": 400, "UPLOAD_QUOTA_EXCEEDED": 403,
}

// serve answers one request with a handler behind the usual middleware.
func serve(t *testing.T, h gin.HandlerFunc) *http.Response {
	t.Helper()
	e := envelope.NewEngine(slog.New(slog.DiscardHandler), nil)
	e.GET("/", h)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return w.Result()
}

func TestCH008EveryRefusalOfTheCatalogueHasItsStatus(t *testing.T) {
	seen := map[string]bool{}
	for _, refusal := range domain.Errors {
		t.Run(refusal.Code, func(t *testing.T) {
			require.False(t, seen[refusal.Code], "the code is in the catalogue twice")
			seen[refusal.Code] = true
			res := serve(t, func(c *gin.Context) { envelope.Write(c, refusal) })
			defer res.Body.Close()
			want, known := statuses[refusal.Code]
			require.True(t, known, "the contract has no such code")
			require.Equal(t, want, res.StatusCode)
			var body map[string]any
			require.NoError(t, json.NewDecoder(res.Body).Decode(&body))
			require.Equal(t, map[string]any{"data": nil, "error": map[string]any{
				"code": refusal.Code, "message": refusal.Message, "request_id": res.Header.Get("X-Request-Id"),
			}}, body)
		})
	}
}

func TestFaultsAreShownWithoutDetail(t *testing.T) {
	for name, h := range map[string]gin.HandlerFunc{
		"an error": func(c *gin.Context) { envelope.Fail(c, slog.New(slog.DiscardHandler), io.ErrShortWrite) },
		"a panic":  func(*gin.Context) { panic("secret") },
	} {
		t.Run(name, func(t *testing.T) {
			res := serve(t, h)
			defer res.Body.Close()
			require.Equal(t, 500, res.StatusCode)
			text, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Contains(t, string(text), `"INTERNAL"`)
			require.NotContains(t, string(text), "short write")
			require.NotContains(t, string(text), "secret")
		})
	}
}

func TestAStoreThatIsAwayIs503(t *testing.T) {
	res := serve(t, func(c *gin.Context) { envelope.Fail(c, slog.New(slog.DiscardHandler), io.EOF) })
	defer res.Body.Close()
	require.Equal(t, 503, res.StatusCode)
	require.Regexp(t, "^[123]$", res.Header.Get("Retry-After"))
}
