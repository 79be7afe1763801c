# What every unit includes. The keys come from the environment of the pipeline.
terraform {
  # Terragrunt runs Terraform in a copy of the unit's folder. Files with items or members are named by
  # "${get_terragrunt_dir()}/shoes.csv" in inputs, so that they are read where they are in the repository.
  extra_arguments "locked" {
    commands  = ["init"]
    arguments = ["-lockfile=readonly"]
  }

  before_hook "no_data_folder" {
    commands = ["init"]
    execute = [
      "sh", "-c",
      "test -z \"$(git ls-files -- ':(glob)**/.terraform' ':(glob)**/.terraform/**' ':(glob)**/.terragrunt-cache/**')\"",
    ]
    working_dir = get_repo_root()
  }
}
