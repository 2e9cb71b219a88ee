"""Operations of the API: each view declares its inputs, answers and failures, and these are enforced."""
