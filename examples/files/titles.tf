resource "talonone_catalog_items" "titles" {
  catalog_id = 6

  items_file = {
    path       = "${path.module}/titles.csv"
    skip_lines = 2
  }
}
