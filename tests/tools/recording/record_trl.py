"""Records TRL's GRPO and DPO through transformers' MLflow callback, on a tiny untrained model that is made here."""

import tempfile

from datasets import Dataset
from recording import keep_newest_run, scratch_mlflow
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer

WORDS = ["<pad>", "<eos>", "<unk>", *"abcdefghijklmnopqrstuvwxyz"]


def tokenizer() -> PreTrainedTokenizerFast:
    made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")


def model() -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
        )
    )


def short_words(completions: list[str], **_asked: object) -> list[float]:
    """Rewards answers with few letters."""
    return [1.0 / (1 + len(text)) for text in completions]


def main() -> None:
    common = {
        "output_dir": tempfile.mkdtemp(),
        "max_steps": 6,
        "logging_steps": 1,
        "report_to": ["mlflow"],
        "use_cpu": True,
        "seed": 11,
        "bf16": False,
        "save_strategy": "no",
    }
    prompts = Dataset.from_dict({"prompt": ["a b c", "d e", "f", "g h"] * 4})
    scratch_mlflow()
    GRPOTrainer(
        model=model(),
        processing_class=tokenizer(),
        reward_funcs=short_words,
        train_dataset=prompts,
        args=GRPOConfig(
            run_name="grpo-letters", per_device_train_batch_size=4, num_generations=4, max_completion_length=8, **common
        ),
    ).train()
    keep_newest_run("trl-grpo", "trl")
    pairs = Dataset.from_dict({"prompt": ["a b", "c"] * 8, "chosen": ["d", "e"] * 8, "rejected": ["f g", "h"] * 8})
    scratch_mlflow()
    DPOTrainer(
        model=model(),
        ref_model=model(),
        processing_class=tokenizer(),
        train_dataset=pairs,
        eval_dataset=pairs.select(range(4)),
        args=DPOConfig(
            run_name="dpo-letters", per_device_train_batch_size=4, eval_strategy="steps", eval_steps=3, **common
        ),
    ).train()
    keep_newest_run("trl-dpo", "trl")


if __name__ == "__main__":
    main()
