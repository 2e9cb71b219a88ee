"""Operations of the API: what each takes, answers and refuses is declared on its view, and holds."""
