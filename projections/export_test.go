package projections

import "github.com/ThreeDotsLabs/watermill/message"

// Around puts a middleware next to the handlers, inside the retries.
func (r *Runtime) Around(m message.HandlerMiddleware) { r.router.AddMiddleware(m) }
