"""Records a run as CleanRL's single files log one: its writer's lines, on a small policy gradient of Clew's own.

CleanRL is no library: its files are copied. Of `ppo.py` and `dqn.py` this keeps the run's name, the text of the
hyperparameters and every `add_scalar`.
"""

import random
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import torch
from recording import keep_events
from torch.utils.tensorboard import SummaryWriter


def writer_of(args: SimpleNamespace, folder: str) -> tuple[SummaryWriter, Path]:
    run_name = f"{args.env_id}__{args.exp_name}__{args.seed}__{int(time.time())}"
    writer = SummaryWriter(f"{folder}/{run_name}")
    writer.add_text(
        "hyperparameters",
        "\n".join(["|param|value|", "|-|-|", *(f"|{key}|{value}|" for key, value in vars(args).items())]),
    )
    return writer, Path(folder) / run_name


def episodes(args: SimpleNamespace, writer: SummaryWriter, policy: torch.nn.Module, report) -> None:
    env = gym.wrappers.RecordEpisodeStatistics(gym.make(args.env_id))
    optimizer = torch.optim.Adam(policy.parameters(), lr=args.learning_rate)
    global_step, start_time = 0, time.time()
    obs, _ = env.reset(seed=args.seed)
    logps = []
    while global_step < args.total_timesteps:
        probs = torch.distributions.Categorical(logits=policy(torch.as_tensor(obs)))
        action = probs.sample()
        logps.append(probs.log_prob(action))
        obs, _, terminated, truncated, info = env.step(action.item())
        global_step += 1
        if terminated or truncated:
            writer.add_scalar("charts/episodic_return", info["episode"]["r"], global_step)
            writer.add_scalar("charts/episodic_length", info["episode"]["l"], global_step)
            loss = -torch.stack(logps).sum() * float(info["episode"]["r"]) / 100
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            report(global_step, loss.item(), probs.entropy().item())
            writer.add_scalar("charts/SPS", int(global_step / (time.time() - start_time)), global_step)
            logps, (obs, _) = [], env.reset()


def evaluate(writer: SummaryWriter, args: SimpleNamespace) -> None:
    """Evaluates as `cleanrl_utils.evals` and the end of each file do: the step is the episode's index."""
    env = gym.wrappers.RecordEpisodeStatistics(gym.make(args.env_id))
    for idx in range(10):
        env.reset(seed=idx)
        done = False
        while not done:
            _, _, terminated, truncated, info = env.step(env.action_space.sample())
            done = terminated or truncated
        writer.add_scalar("eval/episodic_return", info["episode"]["r"], idx)


def main() -> None:
    policy = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2))
    random.seed(1)
    torch.manual_seed(1)
    folder = tempfile.mkdtemp()
    ppo = SimpleNamespace(
        exp_name="ppo", seed=1, torch_deterministic=True, cuda=True, track=False, capture_video=False,
        env_id="CartPole-v1", total_timesteps=2_000, learning_rate=2.5e-4, num_envs=1, num_steps=128, anneal_lr=True,
        gamma=0.99, gae_lambda=0.95, num_minibatches=4, update_epochs=4, norm_adv=True, clip_coef=0.2, clip_vloss=True,
        ent_coef=0.01, vf_coef=0.5, max_grad_norm=0.5, target_kl=None, batch_size=512, minibatch_size=128,
        num_iterations=976,
    )  # fmt: skip
    writer, place = writer_of(ppo, folder)

    def report_ppo(global_step: int, loss: float, entropy: float) -> None:
        writer.add_scalar("charts/learning_rate", ppo.learning_rate, global_step)
        writer.add_scalar("losses/value_loss", abs(loss) / 2, global_step)
        writer.add_scalar("losses/policy_loss", loss, global_step)
        writer.add_scalar("losses/entropy", entropy, global_step)
        writer.add_scalar("losses/old_approx_kl", 0.01, global_step)
        writer.add_scalar("losses/approx_kl", 0.01, global_step)
        writer.add_scalar("losses/clipfrac", 0.1, global_step)
        writer.add_scalar("losses/explained_variance", 0.5, global_step)

    episodes(ppo, writer, policy, report_ppo)
    evaluate(writer, ppo)
    writer.close()
    keep_events("cleanrl-ppo", "torch", place)

    dqn = SimpleNamespace(
        exp_name="dqn", seed=3, torch_deterministic=True, cuda=True, track=False, capture_video=False,
        env_id="CartPole-v1", total_timesteps=1_500, learning_rate=2.5e-4, num_envs=1, buffer_size=10_000, gamma=0.99,
        tau=1.0, target_network_frequency=500, batch_size=128, start_e=1, end_e=0.05, exploration_fraction=0.5,
        learning_starts=1_000, train_frequency=10,
    )  # fmt: skip
    other, place = writer_of(dqn, folder)

    def report_dqn(global_step: int, loss: float, _entropy: float) -> None:
        other.add_scalar("charts/epsilon", max(0.05, 1 - global_step / 750), global_step)
        other.add_scalar("losses/td_loss", abs(loss), global_step)
        other.add_scalar("losses/q_values", 1.0, global_step)

    episodes(dqn, other, policy, report_dqn)
    other.close()
    keep_events("cleanrl-dqn", "torch", place)


if __name__ == "__main__":
    main()
