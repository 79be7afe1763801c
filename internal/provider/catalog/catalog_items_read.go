package catalog

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// read gets the items that the resource is about: in exclusive mode all of the catalog, else those that it holds.
func (r *catalogItemsResource) read(ctx context.Context, state *catalogItemsModel, held Items) (Items, error) {
	var rows []talonone.CatalogItem
	var err error
	switch {
	case state.exclusive():
		rows, err = r.data.Client.CatalogItems(ctx, state.CatalogID.ValueInt64())
	case len(held) > 0:
		rows, err = r.data.Client.CatalogItemsBySKU(ctx, state.CatalogID.ValueInt64(), held.SKUs())
	}
	if err != nil {
		return nil, err
	}
	return fromAPI(rows)
}

// notOwn are the SKUs of a catalog that were added by others: those that are not held, and those already known.
func notOwn(now, held Items, known []string) []string {
	var skus []string
	for sku := range now {
		if _, own := held[sku]; !own {
			skus = append(skus, sku)
		}
	}
	for _, sku := range known {
		_, exists := now[sku]
		if _, counted := held[sku]; exists && counted {
			skus = append(skus, sku)
		}
	}
	slices.Sort(skus)
	return skus
}

// lookAtFile notes whether the items file was edited since the last apply: see privateFile. A file whose items are what
// the catalog holds has been edited without effect.
func (r *catalogItemsResource) lookAtFile(ctx context.Context, state *catalogItemsModel, now Items, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateFile, nil)...)
	if !state.fromFile() {
		return
	}
	// What is wrong with the file is for the plan to say, which may have a new one.
	var unheard diag.Diagnostics
	name := state.file(ctx, &unheard).Path.ValueString()
	digest, err := input.FileDigest(name, maxFileBytes)
	if err != nil || digest == state.FileSHA256.ValueString() {
		return
	}
	if items, _ := state.desired(ctx, &unheard); !unheard.HasError() && items.Equal(now) {
		state.FileSHA256 = types.StringValue(digest)
		return
	}
	bulk.WritePrivate(ctx, resp.Private, privateFile, seenFile{Path: name, SHA256: digest}, &resp.Diagnostics)
}
