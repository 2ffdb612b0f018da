package native

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/internal/limits"
)

// routes is the whole dialect on one page.
func (s *Server) routes(r gin.IRoutes) {
	r.GET("/v1/channels", s.handle(s.listChannels))
	r.POST("/v1/channels", s.handle(s.createChannel))
	r.GET("/v1/channels/:channel", s.handle(s.getChannel))
	r.PUT("/v1/channels/:channel", s.handle(s.renameChannel))
	r.DELETE("/v1/channels/:channel", s.handle(s.deleteChannel))
	r.PUT("/v1/channels/:channel/hidden", s.handle(s.hideChannel))

	r.GET("/v1/channels/:channel/members", s.handle(s.listMembers))
	r.POST("/v1/channels/:channel/members", s.handle(s.addMember))
	r.PUT("/v1/channels/:channel/members/:user", s.handle(s.changeRole))
	r.DELETE("/v1/channels/:channel/members/:user", s.handle(s.removeMember))

	r.GET("/v1/channels/:channel/messages", s.limited(limits.History, s.listMessages))
	r.POST("/v1/channels/:channel/messages", s.limited(limits.Sends, s.sendMessage))
	r.GET("/v1/channels/:channel/messages/:message", s.handle(s.getMessage))
	r.PUT("/v1/channels/:channel/messages/:message", s.handle(s.editMessage))
	r.DELETE("/v1/channels/:channel/messages/:message", s.handle(s.deleteMessage))
	r.GET("/v1/channels/:channel/messages/:message/versions", s.handle(s.listVersions))
	r.GET("/v1/channels/:channel/messages/:message/attachments/:attachment/url", s.handle(s.getAttachmentURL))

	r.POST("/v1/channels/:channel/messages/:message/reactions", s.handle(s.addReaction))
	r.DELETE("/v1/channels/:channel/messages/:message/reactions/:emote", s.handle(s.removeReaction))

	r.POST("/v1/channels/:channel/read", s.handle(s.advanceRead))
	r.GET("/v1/channels/:channel/reads", s.handle(s.listReads))

	r.GET("/v1/channels/:channel/typing", s.handle(s.listTyping))
	r.POST("/v1/channels/:channel/typing", s.handle(s.signalTyping))

	r.GET("/v1/channels/:channel/occupancy", s.handle(s.getOccupancy))
	r.GET("/v1/channels/:channel/presence", s.handle(s.listPresence))

	r.POST("/v1/auth/ws-ticket", s.handle(s.createTicket))
	r.GET("/v1/ws", s.openSocket)

	r.POST("/v1/uploads", s.handle(s.createUpload))
	r.GET("/v1/uploads/:upload", s.handle(s.getUpload))
	r.POST("/v1/uploads/:upload/complete", s.handle(s.completeUpload))

	r.GET("/v1/users/me/blocks", s.handle(s.listBlocks))
	r.PUT("/v1/users/me/blocks/:user", s.handle(s.blockUser))
	r.DELETE("/v1/users/me/blocks/:user", s.handle(s.unblockUser))
}

// Handler is the face as an HTTP handler.
func (s *Server) Handler() http.Handler {
	e := envelope.NewEngine(s.Logger, s.Observe)
	s.routes(e)
	return e
}
