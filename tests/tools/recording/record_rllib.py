"""Records RLlib's PPO on both of its API stacks through Ray's MLflow callback."""

import sys

import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.rllib.algorithms.ppo import PPOConfig
from recording import keep_newest_run, scratch_mlflow


def config(stack: str) -> PPOConfig:
    made = (
        PPOConfig()
        .environment("CartPole-v1")
        .debugging(seed=5)
        .env_runners(num_env_runners=0)
        .training(num_epochs=2, minibatch_size=64)
        .evaluation(evaluation_interval=1, evaluation_duration=2)
    )
    if stack == "old":
        return made.api_stack(enable_rl_module_and_learner=False, enable_env_runner_and_connector_v2=False).training(
            train_batch_size=256
        )
    return made.training(train_batch_size_per_learner=256)


def main() -> None:
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200 * 2**20)
    for stack in sys.argv[1:] or ["new", "old"]:
        uri = scratch_mlflow()
        tune.Tuner(
            "PPO",
            param_space=config(stack),
            run_config=tune.RunConfig(
                stop={"training_iteration": 3},
                callbacks=[MLflowLoggerCallback(tracking_uri=uri, experiment_name="rllib")],
            ),
        ).fit()
        # Tune's callback logs every number of the configuration as a metric, too: two hundred without use.
        keep_newest_run(f"rllib-ppo-{stack}", "ray", without="config/")


if __name__ == "__main__":
    main()
