package audience

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// More members than Terraform takes in one message are refused before all of them are copied into values.
func TestMembersThatTerraformCannotTakeAreRefusedEarly(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/export") {
			w.Header().Set("Content-Type", "application/csv")
			_, _ = w.Write([]byte("profileintegrationid\n" + strings.Repeat("customer-0123456789\n", 100_000)))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"hasMore":false,"data":[{"id":1,"integrationId":"a","attributes":{"x":"` + strings.Repeat("x", 2<<20) + `"}}]}`))
	}))
	t.Cleanup(server.Close)
	client, err := talonone.New(talonone.Config{BaseURL: server.URL, ManagementAPIKey: "key", ManagementRPS: -1})
	if err != nil {
		t.Fatal(err)
	}
	source := &membersDataSource{data: &framework.Data{Client: client}, maxBytes: 1 << 20}
	for name, test := range map[string]struct {
		model membersModel
		want  string
	}{
		"an export":            {membersModel{}, "longer than the 1 MiB that fit"},
		"with attributes":      {membersModel{WithAttributes: types.BoolValue(true)}, "longer than the 1 MiB that fit"},
		"as many as there fit": {membersModel{Limit: types.Int64Value(20_000)}, ""},
	} {
		test.model.AudienceID = types.Int64Value(7)
		_, _, err := source.export(t.Context(), 7, int(test.model.Limit.ValueInt64()))
		if test.model.WithAttributes.ValueBool() {
			_, _, _, err = source.pages(t.Context(), 7, 0)
		}
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}
