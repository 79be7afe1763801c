package emulator

import "net/http"

// HandleCounter registers PUT /test/counters/{id}: an operation with an Idempotency-Key that updates one at a time
// per profile {id}, and answers how often it was applied.
func (s *Server) HandleCounter() {
	applied := 0
	s.handle(http.MethodPut, "/test/counters/{id}", integrationKey, "count", func(*request) (reply, error) {
		applied++
		return okReply(map[string]int{"applied": applied}), nil
	}, idempotent, queued(func(r *request) []queueKey { return []queueKey{r.profileQueue(r.params["id"])} }))
}

// HandleEcho registers GET /test/echo/{a}/{b}, which answers its decoded path parameters.
func (s *Server) HandleEcho() {
	s.handle(http.MethodGet, "/test/echo/{a}/{b}", integrationKey, "echo", func(r *request) (reply, error) {
		return okReply(r.params), nil
	})
}
