"""Changes of models that people ask for on a page: made once for each request, and answered to whoever asks again."""
