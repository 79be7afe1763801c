# Writes the file in the same apply, as a query of the warehouse does.
resource "terraform_data" "export" {
  input            = "${path.module}/nightly.csv"
  triggers_replace = "2026-05-01"

  provisioner "local-exec" {
    command = "printf 'customer_id,country\\nn-1,DE\\nn-2,FR\\n' > '${self.input}'"
  }
}

resource "talonone_audience_memberships" "written" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    # Known only after the export has run. The path itself would be known before the file is there.
    path   = terraform_data.export.output
    column = "customer_id"
  }
}
