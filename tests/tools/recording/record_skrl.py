"""Records skrl's PPO and DQN with its TensorBoard writer."""

import tempfile
from pathlib import Path

import gymnasium as gym
from recording import keep_events
from skrl.agents.torch.dqn import DQN, DQN_CFG
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.trainers.torch import SequentialTrainer, SequentialTrainerCfg
from skrl.utils import set_seed
from skrl.utils.model_instantiators.torch import categorical_model, deterministic_model

LAYERS = [{"name": "net", "input": "OBSERVATIONS", "layers": [32], "activations": "tanh"}]


def main() -> None:
    set_seed(7)
    for name, agent_type, config in (("ppo", PPO, PPO_CFG(rollouts=64)), ("dqn", DQN, DQN_CFG())):
        env = wrap_env(gym.make_vec("CartPole-v1", num_envs=2))
        spaces = {
            "observation_space": env.observation_space,
            "action_space": env.action_space,
            "device": env.device,
        }
        if name == "ppo":
            models = {
                "policy": categorical_model(network=LAYERS, output="ACTIONS", unnormalized_log_prob=True, **spaces),
                "value": deterministic_model(network=LAYERS, output="ONE", **spaces),
            }
            memory = RandomMemory(memory_size=64, num_envs=2, device=env.device)
        else:
            models = {
                role: deterministic_model(network=LAYERS, output="ACTIONS", **spaces)
                for role in ("q_network", "target_q_network")
            }
            memory = RandomMemory(memory_size=1_000, num_envs=2, device=env.device)
            config.learning_starts = 100
        folder = tempfile.mkdtemp()
        config.experiment.directory, config.experiment.write_interval = folder, 100
        agent = agent_type(models=models, memory=memory, cfg=config, **spaces)
        SequentialTrainer(env=env, agents=agent, cfg=SequentialTrainerCfg(timesteps=1_000, headless=True)).train()
        [events] = Path(folder).rglob("events.out.tfevents.*")
        keep_events(f"skrl-{name}", "skrl", events.parent)


if __name__ == "__main__":
    main()
