package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// Kinds of credentials as they appear in Request.Credential.
const (
	CredentialNone        = "none"        // no header, a malformed one, or an unknown or expired key
	CredentialIntegration = "integration" // ApiKey-v1
	CredentialManagement  = "management"  // ManagementKey-v1
	CredentialBearer      = "bearer"      // token of createSession
)

// tokenLifetime is how long a Bearer token works: three months (createSession).
const tokenLifetime = 90 * 24 * time.Hour

// credential is who sent a request.
type credential struct {
	kind string
	// secret identifies the key among others of its kind; it never leaves the process.
	secret string
	// application is set for Integration keys.
	application *application
	// userID is the user behind a Management key or token.
	userID int64
	// endpoints are the path prefixes that a Management key may use; empty means all.
	endpoints []string
}

// sandbox is the environment that an Integration key belongs to.
func (c credential) sandbox() bool { return c.application != nil && c.application.Sandbox }

// scope keeps what belongs to one key (limits, idempotency) apart from what belongs to another.
func (c credential) scope() string { return c.kind + " " + c.secret }

func (c credential) mayUse(path string) bool {
	if len(c.endpoints) == 0 {
		return true
	}
	for _, prefix := range c.endpoints {
		if path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") {
			return true
		}
	}
	return false
}

// authState holds the keys of the deployment and the tokens handed out by createSession.
type authState struct {
	IntegrationKeys []integrationKeyEntry `json:"integrationKeys"`
	ManagementKeys  []managementKeyEntry  `json:"managementKeys"`
	Users           []user                `json:"users"`
	Tokens          map[string]token      `json:"tokens,omitempty"`
}

type integrationKeyEntry struct {
	Key           string    `json:"key"`
	ApplicationID int64     `json:"applicationId"`
	Expires       time.Time `json:"expires,omitzero"`
}

type managementKeyEntry struct {
	Key       string    `json:"key"`
	UserID    int64     `json:"userId"`
	Endpoints []string  `json:"endpoints,omitempty"`
	Expires   time.Time `json:"expires,omitzero"`
}

type user struct {
	ID       int64  `json:"id"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

type token struct {
	UserID  int64     `json:"userId"`
	Created time.Time `json:"created"`
}

// authenticate resolves the Authorization header; the state must be locked. The scheme and the single space
// after it are taken literally.
func (s *Server) authenticate(header string) (credential, bool) {
	now := s.now()
	valid := func(expires time.Time) bool { return expires.IsZero() || now.Before(expires) }
	scheme, secret, _ := strings.Cut(header, " ")
	auth := &s.state.Auth
	switch scheme {
	case "ApiKey-v1":
		for _, key := range auth.IntegrationKeys {
			if key.Key == secret && valid(key.Expires) {
				app, ok := s.state.Definitions.application(key.ApplicationID)
				return credential{kind: CredentialIntegration, secret: secret, application: app}, ok
			}
		}
	case "ManagementKey-v1":
		for _, key := range auth.ManagementKeys {
			if key.Key == secret && valid(key.Expires) {
				return credential{kind: CredentialManagement, secret: secret, userID: key.UserID, endpoints: key.Endpoints}, true
			}
		}
	case "Bearer":
		if t, ok := auth.Tokens[secret]; ok && valid(t.Created.Add(tokenLifetime)) {
			return credential{kind: CredentialBearer, secret: secret, userID: t.UserID}, true
		}
	}
	return credential{kind: CredentialNone}, false
}

// admits reports whether a route takes this kind of credential.
func (s *Server) admits(a access, kind string) bool {
	if a == movedKey {
		a = integrationKey
		if s.is(conventions.Legacy2022, conventions.Yes) {
			a = managementKey
		}
	}
	switch a {
	case integrationKey:
		return kind == CredentialIntegration
	case managementKey:
		return kind == CredentialManagement || kind == CredentialBearer
	default:
		return true
	}
}

func (s *Server) routesLogin() {
	s.handle(http.MethodPost, "/v1/sessions", noKey, "createSession", s.createSession)
	s.handle(http.MethodDelete, "/v1/sessions", managementKey, "destroySession", s.destroySession)
}

func (s *Server) createSession(r *request) (reply, error) {
	var body struct {
		Email    string `json:"email" rule:"required,min=1"`
		Password string `json:"password" rule:"required"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	for _, u := range s.state.Auth.Users {
		if u.Email != body.Email || u.Password != body.Password {
			continue
		}
		secret := newSecret()
		created := s.now()
		if s.state.Auth.Tokens == nil {
			s.state.Auth.Tokens = make(map[string]token)
		}
		s.state.Auth.Tokens[secret] = token{UserID: u.ID, Created: created}
		return createdReply(map[string]any{"userId": u.ID, "token": secret, "created": created}), nil
	}
	return reply{}, &apiError{status: http.StatusUnauthorized, message: "Invalid e-mail or password"}
}

// destroySession ends the session of the token that authenticates it; with a Management key there is none to end.
func (s *Server) destroySession(r *request) (reply, error) {
	delete(s.state.Auth.Tokens, r.cred.secret)
	return noContent(), nil
}

func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Key is a key of the deployment, for display.
type Key struct {
	Scheme string // the word before the key in the Authorization header
	Key    string
	Use    string // what it gives access to
}

// Keys lists the deployment's keys. They come from the fixture and are not secret.
func (s *Server) Keys() []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.keys(s.state.Auth.keyCount())
}

func (a *authState) keyCount() int { return len(a.IntegrationKeys) + len(a.ManagementKeys) }

// keys lists the first n keys.
func (st *state) keys(n int) []Key {
	var keys []Key
	integration := st.Auth.IntegrationKeys
	for _, k := range integration[:min(n, len(integration))] {
		use := fmt.Sprintf("Application %d", k.ApplicationID)
		if app, ok := st.Definitions.application(k.ApplicationID); ok {
			use += fmt.Sprintf(" %q", app.Name)
		}
		keys = append(keys, Key{"ApiKey-v1", k.Key, use})
	}
	management := st.Auth.ManagementKeys
	for _, k := range management[:min(n-len(keys), len(management))] {
		use := "every Management endpoint"
		if len(k.Endpoints) > 0 {
			use = "only " + strings.Join(k.Endpoints, ", ")
		}
		keys = append(keys, Key{"ManagementKey-v1", k.Key, use})
	}
	return keys
}
