"""Policy files as strangers hand them in: read, checked and run in processes of their own, under limits."""
