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

// AddSession puts a customer session into Application 1.
func (s *Server) AddSession(integrationID, profileID, state string, coupons ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &session{ID: s.state.nextID(kindSession), Created: s.now(), Updated: s.now(), ApplicationID: 1, IntegrationID: integrationID, State: state}
	one.ProfileID = profileID
	one.CouponCodes = coupons
	one.CartItems = []cartItem{{SKU: "boot", Quantity: 2}, {SKU: "lace", Quantity: 1}}
	s.state.Sessions.add(one)
}

// Routes lists the operations: method, pattern, and the Authorization that the default fixture opens them with.
func (s *Server) Routes() (routes [][3]string) {
	for _, rt := range s.routes {
		key := "ApiKey-v1 demo-integration-key"
		if rt.access == managementKey {
			key = "ManagementKey-v1 demo-management-key"
		}
		routes = append(routes, [3]string{rt.method, rt.pattern, key})
	}
	return routes
}

// Operations are the names of all operations.
func (s *Server) Operations() (names []string) {
	for _, rt := range s.routes {
		names = append(names, rt.operation)
	}
	return names
}
