package audience

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*membersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*membersDataSource)(nil)
)

type membersDataSource struct {
	data *framework.Data
	// maxBytes bounds what the state gets, in bytes; 0 is the default.
	maxBytes int
}

// maxMembersBytes is somewhat less than the 256 MiB that Terraform takes in one message. What is more is refused before it is
// copied into values.
const maxMembersBytes = 240 << 20

// bound refuses members that Terraform can't take.
func (d *membersDataSource) bound(size int) error {
	if most := cmp.Or(d.maxBytes, maxMembersBytes); size > most {
		return fmt.Errorf("the members are longer than the %d MiB that fit into one message to Terraform; set count_only or a lower limit", most>>20)
	}
	return nil
}

// NewAudienceMembersDataSource is the data source talonone_audience_members.
func NewAudienceMembersDataSource() datasource.DataSource { return &membersDataSource{} }

// membersModel mirrors the data source.
type membersModel struct {
	AudienceID     types.Int64  `tfsdk:"audience_id"`
	CountOnly      types.Bool   `tfsdk:"count_only"`
	WithAttributes types.Bool   `tfsdk:"with_attributes"`
	Limit          types.Int64  `tfsdk:"limit"`
	MemberCount    types.Int64  `tfsdk:"member_count"`
	MembersJSON    types.String `tfsdk:"members_json"`
	AttributesJSON types.String `tfsdk:"attributes_json"`
}

func (d *membersDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "talonone_audience_members"
}

func (d *membersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *membersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config membersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := d.read(ctx, &config); err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: "data talonone_audience_members", Action: "read the members of", Object: "audience " + config.AudienceID.String(),
			Advice: map[int]string{http.StatusNotFound: "There is no audience with this ID on the deployment."},
		}, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

func (d *membersDataSource) read(ctx context.Context, m *membersModel) error {
	m.MembersJSON, m.AttributesJSON = types.StringNull(), types.StringNull()
	if m.CountOnly.ValueBool() {
		return d.count(ctx, m)
	}
	var ids []string
	var attributes []byte
	var more bool
	var err error
	if limit := m.Limit.ValueInt64(); m.WithAttributes.ValueBool() || limit > 0 && limit <= talonone.PageSize {
		ids, attributes, more, err = d.pages(ctx, m.AudienceID.ValueInt64(), int(limit))
	} else {
		ids, more, err = d.export(ctx, m.AudienceID.ValueInt64(), int(limit))
	}
	if err != nil {
		return err
	}
	m.MembersJSON = types.StringValue(membersJSON(ids, true))
	if m.WithAttributes.ValueBool() {
		m.AttributesJSON = types.StringValue(string(attributes))
	}
	m.MemberCount = types.Int64Value(int64(len(ids)))
	if more {
		return d.count(ctx, m)
	}
	return nil
}

// count fills in the number of members that the analytics know.
func (d *membersDataSource) count(ctx context.Context, m *membersModel) error {
	counts, err := d.data.Client.GetAudiencesAnalytics(ctx)
	if err != nil {
		return err
	}
	count, known := counts[m.AudienceID.ValueInt64()]
	if !known {
		return &talonone.Error{Operation: "getAudiencesAnalytics", StatusCode: http.StatusNotFound, Message: fmt.Sprintf("the account has no audience %d", m.AudienceID.ValueInt64())}
	}
	m.MemberCount = types.Int64Value(count)
	return nil
}

// pages reads up to limit members, 0 for all, with their attributes as one JSON object.
func (d *membersDataSource) pages(ctx context.Context, audienceID int64, limit int) (ids []string, attributes []byte, more bool, err error) {
	attributes = []byte{'{'}
	size := 0
	use := func(members []talonone.AudienceMember) error {
		for _, member := range members {
			if len(ids) > 0 {
				attributes = append(attributes, ',')
			}
			ids = append(ids, member.IntegrationID)
			size += len(member.IntegrationID) + 3 // quoted, with a comma
			attributes = appendAttributes(append(appendQuoted(attributes, member.IntegrationID), ':'), member.Attributes)
		}
		return d.bound(size + len(attributes))
	}
	more, err = d.data.Client.GetAudienceMembershipsUpTo(ctx, audienceID, limit, use)
	return ids, append(attributes, '}'), more, err
}

func appendAttributes(dst, attributes []byte) []byte {
	if len(attributes) == 0 || string(attributes) == "null" {
		return append(dst, "{}"...)
	}
	return append(dst, attributes...)
}

// export reads all members in one request and returns the first limit, 0 for all.
func (d *membersDataSource) export(ctx context.Context, audienceID int64, limit int) (ids []string, more bool, err error) {
	members, err := d.data.Client.AudienceMembers(ctx, audienceID, func(*talonone.MemberIDs) bool { return true })
	if err != nil {
		return nil, false, err
	}
	size := 0
	for id := range members.All() {
		if limit > 0 && len(ids) == limit {
			return ids, true, nil
		}
		size += len(id) + 3
		if err := d.bound(size); err != nil {
			return nil, false, err
		}
		ids = append(ids, string(id))
	}
	return ids, false, nil
}
