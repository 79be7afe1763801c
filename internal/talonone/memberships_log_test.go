package talonone

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// Integration IDs can be e-mail addresses.
func TestMembersStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const person = "anna@example.com"
		var log bytes.Buffer
		ctx := tflogtest.RootLogger(t.Context(), &log)
		s := &script{responses: []func(*http.Request) (*http.Response, error){
			fails(errReset),
			status(204, ""),
			status(200, "profileintegrationid\n"+person+"\n", "Content-Type", "application/csv"),
			status(200, `{"id":1,"amount":1}`),
			status(200, `{"hasMore":false,"data":[{"integrationId":"`+person+`","attributes":{}}]}`),
			status(200, `{"profile":{"integrationId":"`+person+`"}}`),
		}}
		client := newTestClient(t, s)
		actions := []AudienceAction{{Action: AddToAudience, ProfileIntegrationID: person, AudienceID: 748}}
		if _, err := client.UpdateCustomerProfileAudiences(ctx, actions); err != nil {
			t.Fatal(err)
		}
		if _, err := client.ExportAudiencesMemberships(ctx, 748); err != nil {
			t.Fatal(err)
		}
		if _, err := client.ImportAudiencesMemberships(ctx, 748, []string{person}); err != nil {
			t.Fatal(err)
		}
		if err := client.GetAudienceMemberships(ctx, 748, func([]AudienceMember) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := client.GetCustomerInventory(ctx, person, InventoryParts{Profile: true}); err != nil {
			t.Fatal(err)
		}
		if text := log.String(); strings.Contains(text, "anna") || !strings.Contains(text, "importAudiencesMemberships") {
			t.Errorf("the log is\n%s", text)
		}
	})
}

// At TRACE, bodies are logged with masks; one that is all attributes is not.
func TestAttributesOfAnAudienceStayOutOfTheLog(t *testing.T) {
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	var log bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &log)
	s := &script{responses: []func(*http.Request) (*http.Response, error){
		status(204, ""),
		status(400, `{"message":"no","errors":[{"title":"Invalid","details":"anna is no number"}]}`),
	}}
	client := newTestClient(t, s)
	if err := client.UpdateAudienceCustomersAttributes(ctx, 748, []byte(`{"name":"anna"}`)); err != nil {
		t.Fatal(err)
	}
	if err := client.UpdateAudienceCustomersAttributes(ctx, 748, []byte(`{"age":"anna"}`)); err == nil {
		t.Fatal("a refusal is no error")
	}
	if s.seen[0].body != `{"name":"anna"}` {
		t.Errorf("sent %s", s.seen[0].body)
	}
	if text := log.String(); strings.Contains(text, "anna") || !strings.Contains(text, "Answer body") {
		t.Errorf("the log is\n%s", text)
	}
}
