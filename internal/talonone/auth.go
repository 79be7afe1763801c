package talonone

import "fmt"

// Credential names what a deployment knows a client by.
type Credential string

// The credentials. Which one an operation takes is fixed by the API.
const (
	IntegrationCredential Credential = "Integration API key"
	ManagementCredential  Credential = "Management API key"
	// TokenCredential is a user's token in place of a Management API key.
	TokenCredential Credential = "management token"
)

// MissingCredentialError says that an operation needs a key that was not configured.
type MissingCredentialError struct {
	Operation  string
	Credential Credential
}

func (e *MissingCredentialError) Error() string {
	return fmt.Sprintf("%s needs the %s, which is not configured", e.Operation, e.Credential)
}

// access says which credential an operation takes.
type access int

const (
	integrationAccess access = iota
	managementAccess
	// movedAccess marks the three operations that took the Management
	// credential until 2023 and an Integration key since.
	movedAccess
)

// credential is what an operation is authorized with.
func (c *Client) credential(a access) Credential {
	switch {
	case a == integrationAccess, a == movedAccess && !c.config.LegacyManagerAuth:
		return IntegrationCredential
	case c.config.ManagementAPIKey != "":
		return ManagementCredential
	default:
		return TokenCredential
	}
}

// authorization is the value of the Authorization header for an operation.
func (c *Client) authorization(operation string, a access) (string, error) {
	if a == movedAccess {
		a = integrationAccess
		if c.config.LegacyManagerAuth {
			a = managementAccess
		}
	}
	switch {
	case a == integrationAccess && c.config.IntegrationAPIKey != "":
		return "ApiKey-v1 " + c.config.IntegrationAPIKey, nil
	case a == integrationAccess:
		return "", &MissingCredentialError{Operation: operation, Credential: IntegrationCredential}
	case c.config.ManagementAPIKey != "":
		return "ManagementKey-v1 " + c.config.ManagementAPIKey, nil
	case c.config.ManagementToken != "":
		return "Bearer " + c.config.ManagementToken, nil
	default:
		return "", &MissingCredentialError{Operation: operation, Credential: ManagementCredential}
	}
}

// secrets lists what must never be seen in a log.
func (c Config) secrets() []string {
	var found []string
	for _, secret := range []string{c.IntegrationAPIKey, c.ManagementAPIKey, c.ManagementToken} {
		if secret != "" {
			found = append(found, secret)
		}
	}
	return found
}
